//! The program as people start it: what goes wrong is said in a sentence, and nothing is left half done.

mod files;
mod opening;
mod policy;
mod run;
mod stops;
mod words;
