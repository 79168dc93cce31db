"""``chengxin run``: the whole pipeline on one machine, from nothing to an explained decision."""
