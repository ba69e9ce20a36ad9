//! What people write: subjects and sentences in four languages.

/// Languages of the mail itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    French,
    German,
    Japanese,
}

/// Subjects.
pub(super) const fn subjects(tongue: Tongue) -> &'static [&'static str] {
    match tongue {
        Tongue::English => &[
            "Meeting on Thursday",
            "Invoice 2024-0381",
            "Draft of the offer",
            "Photos from the fair",
            "Your order has been shipped",
            "Question about the contract",
            "Minutes of the board meeting",
            "Lunch?",
            "Server maintenance tonight",
            "Re-scheduling the call with the supplier in Lyon and the transport company",
            "Holiday request",
            "Holiday plan for the summer",
            "Newsletter: what is new this month",
            "(no subject)",
        ],
        Tongue::French => &[
            "Réunion de jeudi",
            "Facture n° 2023-117",
            "Devis pour la rénovation de l'entrepôt",
            "Compte rendu de l'assemblée générale",
            "Congés d'été",
            "Votre commande a été expédiée",
            "Relance : dossier en attente de signature depuis le début du mois",
            "Café demain ?",
            "Planning",
        ],
        Tongue::German => &[
            "Besprechung am Donnerstag",
            "Rechnung für März",
            "Angebot über die Büromöbel",
            "Grüße aus Köln",
            "Rückfrage zu Ihrer Bestellung",
            "Protokoll der Vorstandssitzung und Änderungswünsche zum Entwurf",
            "Urlaubsplanung",
        ],
        Tongue::Japanese => &["お見積もりの件", "会議の議事録", "ご注文ありがとうございます", "来週の出張について"],
    }
}

/// Sentences.
pub(super) const fn sentences(tongue: Tongue) -> &'static [&'static str] {
    match tongue {
        Tongue::English => &[
            "Thank you for your message of last week.",
            "I have attached the latest version of the document; the changes are on pages 3 and 7.",
            "Could you please have a look and tell me whether the dates still work for you?",
            "The supplier promised to deliver before the end of the month, but I would not count on it.",
            "As discussed on the phone, we will keep the old price until December.",
            "Please find the figures below.",
            "From our side everything is ready.",
            "If you have any questions, just give me a call.",
            "The meeting room on the second floor is booked from ten to twelve.",
            "We had 14 visitors on the first day and 52 on the second, which is more than last year.",
            "I am out of the office on Friday and back on Monday.",
            "Nobody has complained so far, which is a good sign.",
            "The contract has to be signed by both parties before the work can start.",
            "Let us talk about it over lunch.",
            "The invoice was paid on the 3rd; the confirmation of the bank is attached.",
            "Somebody left an umbrella in the car.",
            "I would rather wait for the second offer before we decide anything.",
            "Best regards from everybody here.",
        ],
        Tongue::French => &[
            "Merci pour votre message de la semaine dernière.",
            "Vous trouverez ci-joint la dernière version du document.",
            "Pourriez-vous me confirmer que la date vous convient toujours ?",
            "Le fournisseur s'est engagé à livrer avant la fin du mois, mais je n'y compterais pas trop.",
            "Comme convenu au téléphone, l'ancien tarif reste valable jusqu'à décembre.",
            "De notre côté, tout est prêt.",
            "N'hésitez pas à m'appeler si vous avez des questions.",
            "La salle du deuxième étage est réservée de dix heures à midi.",
            "Je serai absent vendredi et de retour lundi.",
            "L'été dernier, les délais étaient déjà très serrés.",
            "Le contrat doit être signé par les deux parties avant le début des travaux.",
            "Le montant s'élève à 1 250,00 € hors taxes.",
            "Bien cordialement à toute l'équipe.",
        ],
        Tongue::German => &[
            "Vielen Dank für Ihre Nachricht von letzter Woche.",
            "Anbei die neueste Fassung; die Änderungen stehen auf den Seiten 3 und 7.",
            "Könnten Sie mir kurz bestätigen, dass der Termin noch passt?",
            "Der Lieferant hat zugesagt, noch vor Monatsende zu liefern, aber verlassen würde ich mich darauf nicht.",
            "Wie am Telefon besprochen bleibt der alte Preis bis Dezember gültig.",
            "Von unserer Seite ist alles bereit.",
            "Bei Fragen rufen Sie mich einfach an.",
            "Der Raum im zweiten Stock ist von zehn bis zwölf Uhr gebucht.",
            "Am Freitag bin ich außer Haus, ab Montag wieder erreichbar.",
            "Die Rechnung über 1.250,00 € wurde am Dritten bezahlt.",
            "Schöne Grüße aus Köln.",
        ],
        Tongue::Japanese => &[
            "いつもお世話になっております。",
            "先日の会議の議事録をお送りいたします。",
            "ご確認のほど、よろしくお願いいたします。",
            "納期につきましては、来月末を予定しております。",
            "添付の資料をご覧ください。",
            "ご不明な点がございましたら、お気軽にお問い合わせください。",
        ],
    }
}
