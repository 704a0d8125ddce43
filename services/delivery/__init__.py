"""Delivery: are we delivering on time, on scope and at margin?"""
