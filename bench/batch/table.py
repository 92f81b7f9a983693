"""The table of this bench."""

TABLE = "main.default.customers"
FEATURES = ["tenure", "MonthlyCharges", "TotalCharges", "SeniorCitizen"]
