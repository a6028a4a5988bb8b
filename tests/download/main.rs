//! Downloads, against a server on loopback that is slow, cuts off, lies and leads astray.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod behaviour;
mod command_line;
mod packing;
mod server;
mod window;
