//! What Linux says of this process. Elsewhere nothing is said.

use std::fs;

pub struct Process {
    pub resident_kib: f64,
    pub threads: f64,
    pub open_files: f64,
    pub most_files: f64,
}

pub fn look() -> Option<Process> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(Process {
        resident_kib: after(&status, "VmRSS:")?,
        threads: after(&status, "Threads:")?,
        open_files: f64::from(u32::try_from(open).ok()?),
        most_files: after(&limits, "Max open files").unwrap_or(f64::INFINITY),
    })
}

/// The number behind a heading.
fn after(text: &str, heading: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(heading))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_behind_their_headings() {
        let text = "Name:\teinlass\nVmRSS:\t  123456 kB\nThreads:\t17\n";
        assert_eq!(after(text, "VmRSS:"), Some(123_456.0));
        assert_eq!(after(text, "Threads:"), Some(17.0));
        assert_eq!(after(text, "Name:"), None);
        let limits = "Max open files            1024                 524288               files\n";
        assert_eq!(after(limits, "Max open files"), Some(1024.0));
        if cfg!(target_os = "linux") {
            let own = look().unwrap();
            assert!(own.resident_kib > 1000.0 && own.threads >= 1.0 && own.open_files >= 3.0);
        }
    }
}
