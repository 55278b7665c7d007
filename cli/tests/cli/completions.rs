//! `completions`: a script for each shell, with the commands and options.

use crate::support::cpalead;

#[test]
fn each_shell_has_a_script_that_knows_the_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let out = cpalead("completions").arg(shell).ends_with(0).out;
        assert!(
            out.contains("payout-country") && out.contains("reversals"),
            "{shell}"
        );
    }
    cpalead("completions tcsh").ends_with(2);
}
