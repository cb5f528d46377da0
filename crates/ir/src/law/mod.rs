//! The law: an obvious, slow evaluator of every plan node.
