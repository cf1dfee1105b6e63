//! The program as an operator has it: started, watched, told to stop.

mod environment;
mod program;

mod stopping;
mod swept;
mod watching;
