module shipper
