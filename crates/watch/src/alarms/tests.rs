//! Alarms through the intake and the router, on both engines.
