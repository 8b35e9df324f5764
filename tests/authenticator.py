"""A key on somebody's telephone, as WebAuthn has it: makes a pair, and signs what a page asks."""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

PRESENT = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Authenticator:
    def __init__(self, origin: str, *, name: bytes = b"one") -> None:
        self.origin, self.name, self.count = origin, name, 0
        self.pair = ec.generate_private_key(ec.SECP256R1())
        self.house = hashlib.sha256(origin.partition("://")[2].partition(":")[0].encode()).digest()

    def make(self, options: str) -> str:
        """What the browser sends when a key was made."""
        known = AttestedCredentialData.create(
            Aaguid.NONE, self.name, ES256.from_cryptography_key(self.pair.public_key())
        )
        data = AuthenticatorData.create(self.house, PRESENT | AuthenticatorData.FLAG.AT, self.count, bytes(known))
        made = AttestationObject.create("none", data, {})
        return self._answer("webauthn.create", options, attestationObject=made)

    def sign(self, options: str, *, origin: str = "") -> str:
        """What it sends when the key has signed. `origin`: another page than it was made for asks."""
        self.count += 1
        data = AuthenticatorData.create(self.house, PRESENT, self.count)
        said = self._said("webauthn.get", options, origin)
        signature = self.pair.sign(bytes(data) + said.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer("webauthn.get", options, origin, authenticatorData=data, signature=signature)

    def _said(self, kind: str, options: str, origin: str = "") -> CollectedClientData:
        return CollectedClientData.create(kind, json.loads(options)["challenge"], origin or self.origin)

    def _answer(self, kind: str, options: str, origin: str = "", **parts: Any) -> str:
        name = websafe_encode(self.name)
        response = {"clientDataJSON": self._said(kind, options, origin).b64}
        response |= {part: websafe_encode(bytes(value)) for part, value in parts.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
