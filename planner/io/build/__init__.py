"""From validated items to the model: references resolved, figures converted, one module a topic."""
