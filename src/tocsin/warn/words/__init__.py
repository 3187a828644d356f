"""The words of a message, one file a language; docs/messages.md says how to add one."""
