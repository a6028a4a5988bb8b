// What draws of pixels one after another share.

// Its weights lie as they are.
fn weight_at(address: u32) -> f32 {
    return weights[address >> 2u][address & 3u];
}

// The log odds of a standard normal number being below z, by a fit of erfc.
fn normal_log_odds(z: f32) -> f32 {
    let x = abs(z) * 0.70710678;
    let t = 1.0 / (1.0 + 0.5 * x);
    var fit = 0.17087277;
    fit = fit * t - 0.82215223;
    fit = fit * t + 1.48851587;
    fit = fit * t - 1.13520398;
    fit = fit * t + 0.27886807;
    fit = fit * t - 0.18628806;
    fit = fit * t + 0.09678418;
    fit = fit * t + 0.37409196;
    fit = fit * t + 1.00002368;
    fit = fit * t - 1.26551223;
    let log_tail = log(0.5 * t) - x * x + fit;
    let log_odds = log(1.0 - exp(log_tail)) - log_tail;
    return select(log_odds, -log_odds, z < 0.0);
}
