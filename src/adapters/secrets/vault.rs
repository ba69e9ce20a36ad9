//! A file encrypted with a passphrase, for passwords that are handed over.
//!
//! ```text
//! "mailferry vault\n"  format (1 byte)  salt (16)  nonce (24)  XChaCha20-Poly1305 of the content, with what stands before the salt
//!                                                              as associated data
//! ```
//!
//! The key is argon2id (RFC 9106) of the passphrase: 64 MiB, three passes, one lane. The format number stands for these figures, so that
//! no file can ask for more. A wrong passphrase and an altered file look the same, as they should.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand::Rng;
use zeroize::Zeroizing;

use crate::domain::Secret;

const MAGIC: &[u8] = b"mailferry vault\n";
/// The only format so far.
const FORMAT: u8 = 1;
const SALT: usize = 16;
const NONCE: usize = 24;
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// Far more than the passwords of a thousand accounts.
const LARGEST: u64 = 16 << 20;

/// Why a vault cannot be written or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// It does not open.
    #[error("the passphrase is wrong, or the file was altered: nothing can be read from it")]
    WrongPassphrase,
    /// Another kind of file.
    #[error("this is no file that 'mailferry passwords' wrote")]
    NotAVault,
    /// Written by a newer version.
    #[error("the file has format {0}, which a newer version of Mailferry writes")]
    TooNew(u8),
    /// Something is there already.
    #[error("there is a file of this name already: it is not replaced")]
    Exists,
    /// The file system.
    #[error("the file cannot be used: {0}")]
    Io(#[from] io::Error),
    /// No memory for the key.
    #[error("there is no memory for the key: 64 MiB are needed")]
    Memory,
}

fn header(format: u8) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.push(format);
    header
}

fn cipher(passphrase: &Secret, salt: &[u8]) -> Result<XChaCha20Poly1305, VaultError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|_| VaultError::Memory)?;
    let mut key = Zeroizing::new([0; 32]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut()).map_err(|_| VaultError::Memory)?;
    Ok(XChaCha20Poly1305::new(&Key::from(*key)))
}

/// Encrypts. Takes a tenth of a second or more, by intention.
///
/// # Errors
/// [`VaultError::Memory`].
pub fn seal(content: &Secret, passphrase: &Secret) -> Result<Vec<u8>, VaultError> {
    let mut random = [0; SALT + NONCE];
    rand::rng().fill(&mut random[..]);
    let (salt, nonce) = random.split_at(SALT);
    let nonce = XNonce::try_from(nonce).map_err(|_| VaultError::NotAVault)?;
    let header = header(FORMAT);
    let payload = Payload { msg: content.expose().as_bytes(), aad: &header };
    let sealed = cipher(passphrase, salt)?.encrypt(&nonce, payload).map_err(|_| VaultError::Memory)?;
    Ok([header.as_slice(), &random, &sealed].concat())
}

/// Decrypts.
///
/// # Errors
/// [`VaultError`].
pub fn unseal(file: &[u8], passphrase: &Secret) -> Result<Secret, VaultError> {
    let rest = file.strip_prefix(MAGIC).ok_or(VaultError::NotAVault)?;
    let (format, rest) = rest.split_first().ok_or(VaultError::NotAVault)?;
    if *format != FORMAT {
        return Err(if *format > FORMAT { VaultError::TooNew(*format) } else { VaultError::NotAVault });
    }
    let (salt, rest) = rest.split_at_checked(SALT).ok_or(VaultError::NotAVault)?;
    let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(VaultError::NotAVault)?;
    let nonce = XNonce::try_from(nonce).map_err(|_| VaultError::NotAVault)?;
    let payload = Payload { msg: sealed, aad: &header(*format) };
    let opened = cipher(passphrase, salt)?.decrypt(&nonce, payload).map_err(|_| VaultError::WrongPassphrase)?;
    String::from_utf8(opened).map(Secret::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        VaultError::NotAVault
    })
}

/// Writes a file that only its owner can read: whole, or not at all. What is there already is not replaced.
///
/// # Errors
/// [`VaultError::Exists`] and [`VaultError::Io`].
pub fn write_vault(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    use std::os::unix::fs::OpenOptionsExt;
    if path.symlink_metadata().is_ok() {
        return Err(VaultError::Exists);
    }
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{:08x}", rand::rng().random::<u32>()));
    let beside = path.with_file_name(beside);
    let written = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    // A link fails where a name is taken, which a rename would not.
    let placed = written.and_then(|()| fs::hard_link(&beside, path).or_else(|error| unlinked(&error, &beside, path)));
    let removed = fs::remove_file(&beside);
    match placed {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(VaultError::Exists),
        Err(error) => Err(error.into()),
        // After a rename it is gone already.
        Ok(()) => removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error.into()) }),
    }
}

/// Some file systems know no links: there the file is renamed.
fn unlinked(error: &io::Error, from: &Path, to: &Path) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AlreadyExists { Err(io::ErrorKind::AlreadyExists.into()) } else { fs::rename(from, to) }
}

/// Reads such a file.
///
/// # Errors
/// [`VaultError::Io`], and [`VaultError::NotAVault`] for what is far too large.
pub fn read_vault(path: &Path) -> Result<Vec<u8>, VaultError> {
    let file = fs::File::open(path)?;
    if file.metadata()?.len() > LARGEST {
        return Err(VaultError::NotAVault);
    }
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, LARGEST), &mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_passphrase_and_no_other() {
        let content = secret("anna@mydomain.ovh,hunter2 \u{e4}");
        let sealed = seal(&content, &secret("three good words")).expect("sealed");
        assert!(!sealed.windows(7).any(|bytes| bytes == b"hunter2"));
        assert_eq!(unseal(&sealed, &secret("three good words")).expect("opened"), content);
        let refused = unseal(&sealed, &secret("three good wordS")).expect_err("another passphrase");
        assert!(matches!(refused, VaultError::WrongPassphrase) && refused.to_string().contains("passphrase is wrong"));
        let again = seal(&content, &secret("three good words")).expect("sealed");
        assert_ne!(sealed, again, "salt and nonce are new each time");
    }

    #[test]
    fn an_altered_file_does_not_open_and_another_format_is_told() {
        let passphrase = secret("three good words");
        let sealed = seal(&secret("content"), &passphrase).expect("sealed");
        for at in [MAGIC.len() + 1, MAGIC.len() + 1 + SALT, sealed.len() - 1] {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(matches!(unseal(&altered, &passphrase), Err(VaultError::WrongPassphrase)), "byte {at}");
        }
        let mut newer = sealed.clone();
        newer[MAGIC.len()] = 9;
        assert!(matches!(unseal(&newer, &passphrase), Err(VaultError::TooNew(9))));
        for cut in [0, 5, MAGIC.len(), MAGIC.len() + 10, MAGIC.len() + 1 + SALT + 3] {
            assert!(matches!(unseal(&sealed[..cut], &passphrase), Err(VaultError::NotAVault)), "{cut} bytes");
        }
        assert!(matches!(unseal(b"address,password\n", &passphrase), Err(VaultError::NotAVault)));
    }

    /// The associated data binds the format: a file cannot be passed off as one of another.
    #[test]
    fn the_format_is_part_of_what_is_sealed() {
        let passphrase = secret("three good words");
        let sealed = seal(&secret("content"), &passphrase).expect("sealed");
        let rest = &sealed[MAGIC.len() + 1..];
        let (salt, rest) = rest.split_at(SALT);
        let (nonce, body) = rest.split_at(NONCE);
        let nonce = XNonce::try_from(nonce).expect("a nonce");
        let other = cipher(&passphrase, salt).expect("a key").decrypt(&nonce, Payload { msg: body, aad: &header(2) });
        assert!(other.is_err());
    }

    #[test]
    fn a_vault_is_its_owners_and_replaces_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new.vault");
        write_vault(&path, b"one").expect("written");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(matches!(write_vault(&path, b"two"), Err(VaultError::Exists)));
        assert_eq!(read_vault(&path).expect("read"), b"one");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
        assert!(matches!(write_vault(&folder.path().join("nowhere/x"), b"x"), Err(VaultError::Io(_))));
    }
}
