"""Writing down the contracts: schemas, samples, AsyncAPI documents and the catalogue; and what of them is released."""
