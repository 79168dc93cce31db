"""Identity: checked identifiers become tokens; names and numbers leave intake only sealed (design section 7)."""

from streams.identity.identifiers import (
    Identifier,
    IdentifierFault,
    check_citizen,
    check_uscc,
    holds_number,
    normalise_name,
)
from streams.identity.keyfiles import KeyringFault
from streams.identity.keyring import Keyring
from streams.identity.masking import Masked, mask
from streams.identity.sealing import Sealed, seal, unseal

__all__ = [
    "Identifier",
    "IdentifierFault",
    "Keyring",
    "KeyringFault",
    "Masked",
    "Sealed",
    "check_citizen",
    "check_uscc",
    "holds_number",
    "mask",
    "normalise_name",
    "seal",
    "unseal",
]
