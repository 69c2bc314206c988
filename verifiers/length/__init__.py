"""How long is the completion?"""
