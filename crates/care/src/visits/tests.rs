//! Visits through the store and the router.
