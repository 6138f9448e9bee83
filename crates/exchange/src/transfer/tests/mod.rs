//! Imports of files made here: good, bad, huge and hostile ones; through the store on both engines, and through the pages.

mod bad_files;
mod batches;
mod county;
mod through_pages;
