//! The door on the host's socket: open to processes of this user only.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;

use axum::serve::Listener;
use tokio::net::{UnixListener, UnixStream, unix::SocketAddr};

use super::seat::Seat;
use super::{HostError, Rooms};
use crate::api::operations;

/// Binds the socket; a stale one is removed, since only the seat's holder comes here.
pub fn bind(seat: &Seat) -> Result<UnixListener, HostError> {
    let path = seat.socket();
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(HostError::io(path)(error)),
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(HostError::io(path))?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(HostError::io(path))?;
    Ok(listener)
}

/// Answers until the task is aborted.
pub async fn serve(listener: UnixListener, rooms: Rooms) {
    let (router, document) = operations::table();
    let router = router.merge(operations::contract(&document));
    let router = super::web::with_fallbacks(router).with_state(rooms);
    if let Err(error) = axum::serve(OwnUser { listener }, router).await {
        tracing::error!(%error, "the socket's door closed");
    }
}

/// Accepts connections of this user's processes; others are closed at once.
struct OwnUser {
    listener: UnixListener,
}

impl Listener for OwnUser {
    type Io = UnixStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (UnixStream, SocketAddr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            let own = rustix::process::getuid().as_raw();
            match stream.peer_cred() {
                Ok(peer) if peer.uid() == own => return (stream, address),
                Ok(peer) => tracing::warn!(uid = peer.uid(), "a connection of another user was refused"),
                Err(error) => tracing::warn!(%error, "a connection without a known user was refused"),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
