//! The OVHcloud REST API.
