"""How does the completion stand among those of its group?"""
