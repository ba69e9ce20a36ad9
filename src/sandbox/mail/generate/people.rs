//! The people who write: all of them at example.com, example.org and mydomain.ovh.

use super::super::dice::Dice;
use super::super::transfer::encoded_words;

/// A correspondent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    /// Name as shown.
    pub(super) name: &'static str,
    /// Address.
    pub(super) address: &'static str,
}

const PEOPLE: [Person; 24] = [
    Person { name: "Anna Keller", address: "anna.keller@mydomain.ovh" },
    Person { name: "Marie Duval", address: "marie.duval@mydomain.ovh" },
    Person { name: "Sales", address: "sales@mydomain.ovh" },
    Person { name: "Éloïse Lefèvre", address: "eloise.lefevre@example.com" },
    Person { name: "Jürgen Groß", address: "juergen.gross@example.org" },
    Person { name: "佐藤 花子", address: "hanako.sato@example.com" },
    Person { name: "O'Brien, Patrick", address: "patrick.obrien@example.org" },
    Person { name: "Chloé Martin", address: "chloe@example.com" },
    Person { name: "Tomasz Wójcik", address: "t.wojcik@example.org" },
    Person { name: "Accounts Payable", address: "ap@example.com" },
    Person { name: "Helpdesk [ticket]", address: "helpdesk+reply@example.org" },
    Person { name: "Lucía Fernández", address: "lucia@example.com" },
    Person { name: "Peter Hansen", address: "peter.hansen@example.org" },
    Person { name: "Giulia Romano", address: "giulia.romano@example.com" },
    Person { name: "", address: "no-reply@example.com" },
    Person { name: "Café des Arts", address: "contact@example.org" },
    Person { name: "David Weber", address: "david.weber@example.com" },
    Person { name: "Sofia Lindqvist", address: "sofia.lindqvist@example.org" },
    Person { name: "Yann Le Goff", address: "yann@example.com" },
    Person { name: "Katarzyna \"Kasia\" Nowak", address: "kasia.nowak@example.org" },
    Person { name: "Billing", address: "billing@example.com" },
    Person { name: "Camille Roux", address: "camille.roux@example.org" },
    Person { name: "Mehmet Yılmaz", address: "mehmet@example.com" },
    Person { name: "Emma Clarke", address: "emma.clarke@example.org" },
];

/// Somebody.
pub(super) fn somebody(dice: &mut Dice) -> Person {
    // Few people write most of the mail.
    let reach = if dice.percent(70) { 8 } else { PEOPLE.len() };
    *dice.pick(&PEOPLE[..reach])
}

/// `Name <address>` for a header: quoted or encoded where it has to be.
pub(super) fn mailbox(name: &str, address: &str) -> String {
    if name.is_empty() {
        address.to_owned()
    } else if !name.is_ascii() {
        format!("{} <{address}>", encoded_words(name))
    } else if name.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ') {
        format!("{name} <{address}>")
    } else {
        format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
