//! Child processes: what they inherit, when the kernel ends them, how they are signalled.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

pub(super) fn send(process: i32, signal: i32) {
    #[expect(
        unsafe_code,
        reason = "std sends no other signal than SIGKILL; kill(2) takes two numbers, no memory"
    )]
    let refused = unsafe { libc::kill(process, signal) } != 0;
    if refused {
        tracing::warn!("signal {signal} to process {process}: {}", io::Error::last_os_error());
    }
}

/// Gives the child a session of its own (a terminal's Ctrl-C goes to the service alone, which then stops the
/// child in order) and has the kernel send it `signal` when the thread that started it ends.
pub(super) fn die_with_us(command: &mut Command, signal: i32) {
    let we = std::process::id();
    let prepare = move || {
        #[expect(
            unsafe_code,
            reason = "system calls without memory arguments, allowed between fork and exec"
        )]
        let orphaned = unsafe {
            libc::setsid();
            #[cfg(target_os = "linux")]
            if libc::prctl(libc::PR_SET_PDEATHSIG, signal as libc::c_ulong) != 0 {
                return Err(io::Error::last_os_error());
            }
            u32::try_from(libc::getppid()) != Ok(we)
        };
        // We may have died before the kernel was told: then no signal will ever come.
        if orphaned {
            Err(io::ErrorKind::BrokenPipe.into())
        } else {
            Ok(())
        }
    };
    // Runs after the change of user, which would have cleared the wish again.
    #[expect(
        unsafe_code,
        reason = "the closure makes system calls only: it neither allocates nor locks"
    )]
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Nothing is inherited: `PGDATA`, `PGPORT` and the like are meant for other servers, locale variables may name what
/// is not installed, and the service's secrets are none of the server's business.
pub(super) fn plain_environment(command: &mut Command) {
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir("/");
}
