// The door's types under the names that the UI uses, taken from `schema.d.ts`, which `cargo xtask gen`
// makes from docs/openapi.json. No wire type is declared here.

import type { components } from './schema';

type Schemas = components['schemas'];

/**
 * What the host answers: a field that may be empty is there all the same, as null. The generated types call
 * such fields optional, as they are in requests.
 */
type Whole<A> = A extends (infer Item)[]
  ? Whole<Item>[]
  : A extends object
    ? { [Name in keyof A]-?: Whole<Exclude<A[Name], undefined>> }
    : A;

// Answers and events.
export type ActionDetail = Whole<Schemas['ActionDetail']>;
export type ActionHealth = Whole<Schemas['ActionHealth']>;
export type ActionList = Whole<Schemas['ActionList']>;
export type ActionView = Whole<Schemas['ActionView']>;
export type CodenamesView = Whole<Schemas['CodenamesView']>;
export type Config = Whole<Schemas['Config']>;
export type ConfigView = Whole<Schemas['ConfigView']>;
export type DeletedAction = Whole<Schemas['DeletedAction']>;
export type HostStatus = Whole<Schemas['HostStatus']>;
export type Colours = Schemas['Colours'];
export type KeptLayout = Schemas['Layout'];
export type Input = Whole<Schemas['Input']>;
export type InputType = Whole<Schemas['InputType']>;
export type KillReport = Whole<Schemas['KillReport']>;
export type Overridden = Whole<Schemas['Overridden']>;
export type Preview = Whole<Schemas['Preview']>;
export type Problem = Whole<Schemas['Problem']>;
export type ProjectView = Whole<Schemas['ProjectView']>;
export type RunFailure = Whole<Schemas['RunFailure']>;
export type RunStatus = Whole<Schemas['RunStatus']>;
export type RunView = Whole<Schemas['RunView']>;
export type Scope = Whole<Schemas['Scope']>;
export type ScreenView = Whole<Schemas['ScreenView']>;
export type Severity = Whole<Schemas['Severity']>;
export type StepRecord = Whole<Schemas['StepRecord']>;
export type StepStatus = Whole<Schemas['StepStatus']>;
export type StepView = Whole<Schemas['StepView']>;
export type StreamOut = Whole<Schemas['StreamOut']>;
export type TerminalState = Whole<Schemas['TerminalState']>;
export type TerminalView = Whole<Schemas['TerminalView']>;
export type Undo = Whole<Schemas['Undo']>;
export type Version = Whole<Schemas['Version']>;
export type VersionContent = Whole<Schemas['VersionContent']>;
export type WindowCommand = Schemas['WindowCommand'];
export type WriteReport = Whole<Schemas['WriteReport']>;
export type HostEvent = Whole<Schemas['Event']>;
export type ErrorBody = Schemas['ApiError'];

// Requests.
export type CreateRequest = Partial<Schemas['CreateRequest']>;
export type EventsIn = Schemas['EventsIn'];
export type ExecuteRequest = Partial<Schemas['ExecuteRequest']>;
export type PreviewRequest = Partial<Schemas['PreviewRequest']>;
export type ResizeRequest = Schemas['ResizeRequest'];
export type RestoreRequest = Schemas['RestoreRequest'];
export type SpawnRequest = Partial<Schemas['SpawnRequest']>;
export type StreamIn = Schemas['StreamIn'];
