"""The Pulumi program: reads a committed layout, checks it again and declares it. Never solves."""
