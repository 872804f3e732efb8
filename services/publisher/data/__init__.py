"""The data files of an edition: what people and portals take away to compute with. Pure: no clock, store or network."""
