# Shell integration of AI Orchestrator for shells like sh, read through ENV. Such a shell can only say where its
# prompt stands and how the last command ended (OSC 133), through PS1: it has no hook before a command.
if [ -n "${AI_ORCHESTRATOR_USER_ENV-}" ]; then
  ENV=$AI_ORCHESTRATOR_USER_ENV
  export ENV
else
  unset ENV
fi
__aio_exports=$AI_ORCHESTRATOR_EXPORTS
__aio_before=$AI_ORCHESTRATOR_PROMPT_BEFORE
__aio_after=$AI_ORCHESTRATOR_PROMPT_AFTER
unset AI_ORCHESTRATOR_USER_ENV AI_ORCHESTRATOR_AID AI_ORCHESTRATOR_EXPORTS
unset AI_ORCHESTRATOR_PROMPT_BEFORE AI_ORCHESTRATOR_PROMPT_AFTER
[ -n "${ENV-}" ] && [ -r "$ENV" ] && . "$ENV"
eval "$__aio_exports"
PS1="$__aio_before${PS1-\$ }$__aio_after"
unset __aio_exports __aio_before __aio_after
