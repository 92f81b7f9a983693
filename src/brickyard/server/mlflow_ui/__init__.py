"""The stock MLflow web UI at `/`, served without waking the stock server.

Its pages are the built files in the mlflow wheel (`files`), sent with two small additions of ours. What every page asks
before it shows anything has fixed answers (`answers`); runs and experiments are asked for by GraphQL, whose few queries
are answered from the native tracking and registry (`graphql`); all else that the pages call is the native REST. A call
that none of them knows goes to the stock server, which starts for it (`upstream`).
"""
