"""What the app answers, by address. Handlers are thin: they ask for work and choose the form of the
answer.
"""
