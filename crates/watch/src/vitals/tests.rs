//! The ways in, through the intake, on both engines.
