"""The operator's console: what the pipeline does now, who answers on time, what is owed, which law holds, what a draft
would do. It reads figures and counts, writes nothing, holds no key; whatever is about a person the portal is asked."""
