//! The report: what became of every account, for the person who did it and for the one whose mail it is.
//!
//! Pure: [`Report::of`] gathers facts from the journal and the ledger, the renderings put them into Markdown, HTML and
//! JSON. A report never holds a secret: it is built from addresses, names, counts and the servers' own refusals, and the
//! types that hold references to secrets are not carried over. Writing the files is the finish task's.

mod facts;
mod features;
mod gather;
mod html;
mod markdown;
mod story;
mod words;

#[cfg(test)]
mod orders_tests;
#[cfg(test)]
mod tests;

pub use facts::{
    AccountReport, Comparison, DomainReport, Done, FeatureOutcome, FeatureReport, LedgerSummary, MailboxReport, MailboxTotals,
    MovedMailbox, NotCarried, Outcome, RecordReport, RefusedReport, RefusedRow, Report, ReportInput, Settings, SharedReport, ToDo,
};
pub use features::{FeatureInventory, features};

impl Report {
    /// As Markdown.
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }

    /// As one HTML page that needs nothing else.
    pub fn to_html(&self) -> String {
        html::render(self)
    }

    /// As JSON, indented.
    pub fn to_json(&self) -> String {
        // A structure of texts and numbers always serialises; were it not so, an empty file would be better than none of the others.
        serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
    }

    /// The files to save, relative to the session's folder: the whole report three times over, `features.json` with everything that
    /// belongs to the accounts besides mail where that was looked at and, when there are several accounts, a page for each of them that
    /// can be handed on without telling about the others.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![
            ("report.md".to_owned(), self.to_markdown().into_bytes()),
            ("report.html".to_owned(), self.to_html().into_bytes()),
            ("report.json".to_owned(), self.to_json().into_bytes()),
        ];
        if let Some(inventory) = &self.inventory {
            files.push(("features.json".to_owned(), inventory.to_json()));
        }
        if self.accounts.len() > 1 {
            for account in &self.accounts {
                // What is shared names others.
                let own = Self { accounts: vec![account.clone()], shared: Vec::new(), inventory: None, ..self.clone() };
                files.push((format!("report/{}.md", account.address), own.to_markdown().into_bytes()));
                files.push((format!("report/{}.html", account.address), own.to_html().into_bytes()));
            }
        }
        files
    }
}
