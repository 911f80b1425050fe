//! Names that people can say for terminals: `brave-alpaca`, one of 50 × 50.

use uuid::Uuid;

/// First words.
const ADJECTIVES: [&str; 50] = [
    "amber", "bold", "brave", "bright", "brisk", "calm", "clever", "coral", "cosmic", "crisp", "curious",
    "daring", "eager", "early", "fancy", "fearless", "fleet", "gentle", "golden", "happy", "honest",
    "humble", "jolly", "keen", "kind", "lively", "lucky", "lunar", "mellow", "merry", "mighty", "misty",
    "noble", "patient", "proud", "quick", "quiet", "rapid", "ruby", "serene", "sharp", "silver", "sly",
    "solar", "steady", "sunny", "swift", "velvet", "wild", "witty",
];

/// Second words.
const NOUNS: [&str; 50] = [
    "alpaca", "badger", "beaver", "bison", "bobcat", "camel", "cheetah", "condor", "cougar", "coyote",
    "crane", "dolphin", "eagle", "falcon", "ferret", "finch", "fox", "gazelle", "gecko", "heron", "ibex",
    "iguana", "jackal", "jaguar", "koala", "lemur", "leopard", "lynx", "marmot", "marten", "meerkat",
    "moose", "narwhal", "ocelot", "orca", "osprey", "otter", "owl", "panda", "panther", "pelican", "puffin",
    "raven", "salmon", "seal", "stork", "tapir", "toucan", "walrus", "wombat",
];

/// How many names there are.
pub const ALL: usize = ADJECTIVES.len() * NOUNS.len();

/// A name that is not `taken`, chosen by `seed`. When all are taken, one with a number.
pub fn choose(seed: Uuid, taken: impl Fn(&str) -> bool) -> String {
    let start = usize::try_from(seed.as_u128() % ALL as u128).unwrap_or(0);
    let free = (0..ALL).map(|step| name((start + step) % ALL)).find(|name| !taken(name));
    free.unwrap_or_else(|| format!("{}-{}", name(start), seed.simple()))
}

/// Whether it is one of them.
pub fn is_one(name: &str) -> bool {
    let parts = name.split_once('-');
    parts.is_some_and(|(first, second)| ADJECTIVES.contains(&first) && NOUNS.contains(&second))
}

fn name(index: usize) -> String {
    format!("{}-{}", ADJECTIVES[index / NOUNS.len()], NOUNS[index % NOUNS.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn all_names_differ() {
        let names: HashSet<String> = (0..ALL).map(name).collect();
        assert_eq!(names.len(), 2500);
    }

    #[test]
    fn a_taken_name_is_not_given_again() {
        let seed = Uuid::from_u128(7);
        let first = choose(seed, |_| false);
        assert_ne!(choose(seed, |name| name == first), first);
        assert!(choose(seed, |_| true).len() > 20);
    }
}
