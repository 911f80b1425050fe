//! What the kernel knows of a process: its memory and its work.

use std::path::Path;
use std::process::Command;

/// A process that is measured.
#[derive(Clone, Copy)]
pub struct HostProcess(pub u32);

impl HostProcess {
    /// Its memory now, in bytes.
    pub fn rss(self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most memory it ever had since [`HostProcess::forget_peak`], in bytes.
    pub fn peak(self) -> f64 {
        self.status("VmHWM:")
    }

    /// Lets the peak begin anew.
    pub fn forget_peak(self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.0), "5").unwrap();
    }

    /// The seconds that all its threads have computed, those that have ended too.
    pub fn cpu(self, driver: &Path) -> f64 {
        let output = Command::new(driver).args(["cpu", &self.0.to_string()]).output().unwrap();
        let nanoseconds: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        std::time::Duration::from_nanos(nanoseconds).as_secs_f64()
    }

    fn status(self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let kibibytes: u32 = line.trim().trim_end_matches(" kB").parse().unwrap();
        f64::from(kibibytes) * 1024.0
    }
}
