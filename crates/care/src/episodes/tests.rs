mod following;
mod pages;
mod places;
