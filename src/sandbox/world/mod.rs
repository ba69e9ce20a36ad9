//! The platform side of the world: services, seats, operations, domains, zones.
