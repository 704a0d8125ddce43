"""The books of some months as one file for auditors: SAF-T, in the structure of OECD and Norway."""
