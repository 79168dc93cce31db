"""What the law book holds, worked out from its data and its cases: `chengxin law report` and the tests share it."""
