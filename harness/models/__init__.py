"""Models behind two verbs, `complete` and `embed`, with one cache, limiter, retry rule and budget around all."""
