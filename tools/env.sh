# Source it (`. tools/env.sh`, from bash, zsh or sh): after it, plain `pulumi` commands use the checkout's own state,
# ask for no login and no passphrase, and reach for no network. What is set already stays as it is.
#
# sh does not tell a sourced file where it lies, so there the folder is looked for upward from the current one.
if [ -n "${BASH_SOURCE:-}" ]; then
    rackplan_root=$(cd "$(dirname "$BASH_SOURCE")/.." && pwd)
elif [ -n "${ZSH_VERSION:-}" ]; then
    eval 'rackplan_root=${${(%):-%x}:A:h:h}'
else
    rackplan_root=$PWD
    while [ ! -f "$rackplan_root/tools/env.sh" ] && [ "$rackplan_root" != / ]; do
        rackplan_root=$(dirname "$rackplan_root")
    done
fi

if rackplan_cli=$("$rackplan_root/tools/pulumi-cli"); then
    PATH=$rackplan_root/.venv/bin:$rackplan_cli:$PATH
    export PATH
    export PULUMI_HOME="${PULUMI_HOME:-$rackplan_root/.pulumi-home}"
    # An empty passphrase must be set to count; the stacks hold no secret.
    [ -n "${PULUMI_CONFIG_PASSPHRASE_FILE:-}" ] || export PULUMI_CONFIG_PASSPHRASE="${PULUMI_CONFIG_PASSPHRASE:-}"
    # The file backend is relative to the folder that pulumi runs in.
    export PULUMI_OPTION_CWD="${PULUMI_OPTION_CWD:-$rackplan_root}"
    export PULUMI_SKIP_UPDATE_CHECK=true
    export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
    export PULUMI_DISABLE_REGISTRY_RESOLVE=true
    export PULUMI_SUPPRESS_NEO_LINK=true
    # Without a selected stack, pulumi would ask for one: take the first that has a configuration.
    if [ -z "${PULUMI_STACK:-}" ] && ! ls "$PULUMI_HOME"/workspaces/rackplan-* >/dev/null 2>&1; then
        for rackplan_stack in "$rackplan_root"/Pulumi.*.yaml; do
            rackplan_stack=${rackplan_stack##*/Pulumi.}
            pulumi stack select --create "${rackplan_stack%.yaml}" >/dev/null
            break
        done
        unset rackplan_stack
    fi
    unset rackplan_root rackplan_cli
else
    unset rackplan_root rackplan_cli
    false
fi
