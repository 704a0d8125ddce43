"""Having a PDF that carries the data of an invoice say so, by which it is a Factur-X document (version 1.0)."""

from __future__ import annotations

import re

SPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
SAYS = {
    "DocumentType": ("INVOICE", "The type of the hybrid document in capital letters"),
    "DocumentFileName": ("factur-x.xml", "The name of the embedded XML document"),
    "Version": ("1.0", "The version of the standard applying to the embedded XML document"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded XML document"),
}
# PDF/A has whatever is said beyond its own words declared.
DECLARED = (
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
    f"<pdfaSchema:namespaceURI>{SPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
    "<pdfaSchema:property><rdf:Seq>"
    + "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{what}</pdfaProperty:description></rdf:li>"
        for name, (_, what) in SAYS.items()
    )
    + "</rdf:Seq></pdfaSchema:property></rdf:li>"
).encode()
SAID = (
    f'<rdf:Description rdf:about="" xmlns:fx="{SPACE}">'
    + "".join(f"<fx:{name}>{said}</fx:{name}>" for name, (said, _) in SAYS.items())
    + "</rdf:Description>"
).encode()
SCHEMAS_END, ALL_END = b"</rdf:Bag></pdfaExtension:schemas>", b"</rdf:RDF>"
METADATA = re.compile(
    rb"\n(?P<object>\d+) 0 obj\n<</Length \d+/Type/Metadata/Subtype/XML>>\nstream\n(?P<said>.+?)\nendstream", re.DOTALL
)
TRAILER = re.compile(rb"\ntrailer\n<<(?P<says>[^\n]+)>>\nstartxref\n(?P<table>\d+)\n%%EOF\s*\Z")


def declared_as_facturx(pdf: bytes) -> bytes:
    """A PDF as typst writes it, with metadata that say more in an update behind its end (PDF 1.7, 7.5.6).

    Libraries that do so take a PDF apart and write all of it anew, which takes three times as long as setting it.
    """
    metadata, trailer = METADATA.search(pdf), TRAILER.search(pdf)
    if metadata is None or trailer is None:
        raise ValueError("typst writes PDF in another way than it did")
    said = metadata["said"].replace(SCHEMAS_END, DECLARED + SCHEMAS_END, 1).replace(ALL_END, SAID + ALL_END, 1)
    replaced = b"%b 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%b\nendstream\nendobj\n" % (
        metadata["object"],
        len(said),
        said,
    )
    table = (
        b"xref\n0 1\n0000000000 65535 f\r\n%b 1\n%010d 00000 n\r\ntrailer\n<<%b/Prev %b>>\nstartxref\n%d\n%%%%EOF\n"
        % (
            metadata["object"],
            len(pdf) + 1,
            trailer["says"],
            trailer["table"],
            len(pdf) + 1 + len(replaced),
        )
    )
    return pdf + b"\n" + replaced + table
