"""What a template is, which ones are shipped, and the rules that choose one."""
