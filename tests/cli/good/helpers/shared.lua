return { price = assumption(0.12*EUR/kWh, "a round number") }
