//! Made-up names. The lists have lengths without a common factor, so walking both at once repeats no pair for long.

const FIRST: [&str; 41] = [
    "Ada", "Amir", "Anouk", "Bela", "Bruno", "Carla", "Chidi", "Clara", "Dario", "Dunja", "Elif",
    "Emil", "Femke", "Gita", "Hana", "Hugo", "Ines", "Ivo", "Jana", "João", "Kemal", "Lea", "Lior",
    "Łukasz", "Mara", "Mateo", "Mina", "Nadia", "Noor", "Olga", "Oskar", "Petra", "Quentin",
    "Renée", "Rosa", "Samir", "Tamar", "Theo", "Uma", "Yara", "Zoë",
];

const LAST: [&str; 53] = [
    "Abbott", "Alder", "Bianchi", "Björk", "Brandt", "Castel", "Chandra", "Costa", "Dahl", "Demir",
    "Doyle", "Egger", "Farkas", "Ferrari", "Fontaine", "Garcia", "Grün", "Haddad", "Holm",
    "Ibarra", "Ito", "Jansen", "Kaya", "Keller", "Kowalski", "Larsen", "Lemaire", "Lind", "Marini",
    "Mensah", "Moreau", "Müller", "Nagy", "Novak", "Núñez", "Okafor", "Olsen", "Pereira", "Petrov",
    "Quist", "Rahman", "Ricci", "Rossi", "Sato", "Silva", "Szabo", "Tanaka", "Tóth", "Ulrich",
    "Vance", "Weber", "Yilmaz", "Zamora",
];

const TRADES: [&str; 16] = [
    "Bakery", "Books", "Cycles", "Dental", "Florists", "Lamps", "Garage", "Gardens", "Hotel",
    "Kitchens", "Couriers", "Music", "Optics", "Pharmacy", "Tools", "Toys",
];

const PLACES: [&str; 37] = [
    "Alderby", "Ashmere", "Birchley", "Bramwick", "Cindrel", "Copperly", "Dunmarsh", "Eastlow",
    "Elmstow", "Farrowby", "Fennelby", "Glimmer", "Greywick", "Hazelby", "Hollowby", "Ironwell",
    "Juniper", "Kestrel", "Lantern", "Larkby", "Maplyn", "Millfern", "Nethery", "Oakmere",
    "Pebbling", "Quarrow", "Ravenby", "Saltby", "Sparrow", "Stilmere", "Thornmer", "Umberley",
    "Violet", "Westlow", "Wickrise", "Yarrow", "Zephyr",
];

/// How many people can have a name of their own.
pub(super) const PEOPLE: u64 = (FIRST.len() * LAST.len()) as u64;

/// A person's name; numbers apart by less than [`PEOPLE`] have different ones.
pub(super) fn person(number: u64) -> String {
    // Steps that share no factor with the lengths, so that neighbours are not in alphabetical order.
    let first = FIRST[(number * 17 % FIRST.len() as u64) as usize];
    let last = LAST[(number * 23 % LAST.len() as u64) as usize];
    format!("{first} {last}")
}

/// An organisation's name.
pub(super) fn organisation(number: u64) -> String {
    let place = PLACES[(number * 11 % PLACES.len() as u64) as usize];
    let trade = TRADES[(number * 5 % TRADES.len() as u64) as usize];
    let count = number / (PLACES.len() * TRADES.len()) as u64;
    if count == 0 { format!("{place} {trade}") } else { format!("{place} {trade} {}", count + 1) }
}

/// A name as a part of an address: small letters and digits of ASCII, and `between` for spaces.
pub(super) fn in_address(name: &str, between: char) -> String {
    let plain = |letter: char| match letter {
        ' ' => between,
        'ã' => 'a',
        'é' | 'ë' => 'e',
        'ł' => 'l',
        'ñ' => 'n',
        'ó' | 'ö' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    };
    name.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nobody_shares_a_name_until_all_are_taken() {
        let names: BTreeSet<String> = (0..PEOPLE).map(person).collect();
        assert_eq!(names.len() as u64, PEOPLE);
        assert_eq!(person(PEOPLE), person(0));
    }

    #[test]
    fn no_two_organisations_share_a_name() {
        let names: BTreeSet<String> = (0..2_000).map(organisation).collect();
        assert_eq!(names.len(), 2_000);
    }

    #[test]
    fn names_can_stand_in_an_address() {
        for number in 0..PEOPLE {
            let address = in_address(&person(number), '.');
            assert!(address.chars().all(|c| c.is_ascii_lowercase() || c == '.'), "{address}");
        }
    }
}
