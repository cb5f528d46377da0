//! Which function of which language lowers to what.
