//! A slider for each dimension of the latent space, so that equal turns look equally large; the truncation; fresh latents.

use crate::explore::codes::DimensionEffects;
use crate::explore::plane::Plane;
use crate::random::Purpose;
use crate::ui::command::{Command, PlaneCommand, ViewCommand};
use crate::ui::plane::settings::PlaneSettings;
use crate::ui::text::{latent_dimension, number, tr, whole};
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{Label, ScrollArea, Slider, SliderClamping, Ui};
use rust_i18n::t;

/// How far a slider reaches each way while effects are not known, in latent units.
const REACH: f32 = 3.0;
/// Width that is left for a slider's name and figures, in points.
const FIGURES: f32 = 34.0 * theme::GRID;
/// Least width of a slider, in points.
const NARROWEST: f32 = 10.0 * theme::GRID;

/// The section's own looks.
#[derive(Default)]
pub(super) struct Sliders {
    /// Latents that were drawn here.
    draws: u64,
}

impl Sliders {
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, plane: &Plane, commands: &mut Vec<Command>) {
        let slot = view.settings.plane.model;
        let (model, known) = (view.slots.id(slot), view.plane(slot));
        let latent = view.latent_after(slot, commands);
        let latent = latent.unwrap_or_else(|| plane.latent_from_plane(view.cursor_after(commands)));
        let effects = known.and_then(|known| known.effects.as_deref());
        let effects = effects.filter(|effects| effects.effects.len() == plane.latent());
        let has_prior = view.model(slot).has_prior();
        let kl = known.and_then(|known| known.points.as_ref()).map(|points| &*points.encoding.kl_per_dimension);
        let kl = kl.filter(|kl| kl.len() == plane.latent() && has_prior);
        self.controls(ui, view, &latent, commands);
        facts(ui, effects, kl.is_some());
        let order = match (kl, effects) {
            (Some(kl), _) => Plane::by_kl(kl),
            (None, Some(effects)) => effects.order(),
            (None, None) => (0..plane.latent()).collect(),
        };
        let height = ui.spacing().interact_size.y;
        ui.spacing_mut().slider_width = (ui.available_width() - FIGURES).max(NARROWEST);
        ScrollArea::vertical().id_salt("dimensions").auto_shrink(false).show_rows(
            ui,
            height,
            order.len(),
            |ui, rows| {
                for dimension in order.get(rows).unwrap_or_default() {
                    let Some(before) = latent.get(*dimension).copied() else { continue };
                    let mut value = before;
                    let reach = effects.map_or(REACH, |effects| effects.reach(*dimension));
                    let kl =
                        kl.and_then(|kl| kl.get(*dimension)).map(|kl| t!("latent.kl", kl = number(f64::from(*kl))));
                    let effect = effects.and_then(|effects| effects.effects.get(*dimension));
                    let effect = effect.map(|effect| t!("latent.effect", effect = format!("{effect:.2}")));
                    let figures: Vec<String> = kl.into_iter().chain(effect).map(std::borrow::Cow::into_owned).collect();
                    let name = latent_dimension(*dimension);
                    ui.horizontal(|ui| {
                        let slider = Slider::new(&mut value, -reach..=reach).clamping(SliderClamping::Never);
                        let slider = ui.add(slider.fixed_decimals(2).text(&name));
                        let tip = t!("latent.slider_tip", name = name, reach = format!("{reach:.2}"));
                        slider.on_hover_text(tip);
                        ui.add(Label::new(theme::note(ui, figures.join(" · "))).truncate());
                    });
                    if value != before && value.is_finite() {
                        let mut moved = latent.clone();
                        moved.iter_mut().skip(*dimension).take(1).for_each(|z| *z = value);
                        commands.push(PlaneCommand::MoveTo(model, moved).into());
                    }
                }
            },
        );
    }

    /// The truncation, and the button for a fresh latent.
    fn controls(&mut self, ui: &mut Ui, view: &View<'_>, latent: &[f32], commands: &mut Vec<Command>) {
        let slot = view.settings.plane.model;
        let (model, before) = (view.slots.id(slot), view.settings.plane.truncation);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().slider_width = NARROWEST;
            let mut truncation = before;
            let slider = Slider::new(&mut truncation, PlaneSettings::TRUNCATIONS).fixed_decimals(2);
            ui.add(slider.text(tr("latent.truncation"))).on_hover_text(tr("latent.truncation_tip"));
            if truncation != before && truncation.is_finite() {
                let mut settings = view.settings.clone();
                settings.plane.truncation = truncation;
                commands.push(ViewCommand::Settings(Box::new(settings)).into());
                let scaled = latent.iter().map(|z| z * truncation / before).collect();
                commands.push(PlaneCommand::MoveTo(model, scaled).into());
            }
            if widgets::button(ui, true, &tr("latent.draw"), &tr("latent.draw_tip")).clicked() {
                let seed = view.model(slot).config.seed();
                let key = (seed, Purpose::Sample, 1 + self.draws);
                let drawn = view.model(slot).snapshot.map(|snapshot| snapshot.truncated_draws(key, 1, truncation));
                self.draws += 1;
                commands.extend(drawn.map(|latent| PlaneCommand::MoveTo(model, latent).into()));
            }
            let zero = latent.iter().all(|z| *z == 0.0);
            if widgets::button(ui, !zero, &tr("latent.zero"), &tr("latent.zero_tip")).clicked() {
                commands.push(PlaneCommand::MoveTo(model, vec![0.0; latent.len()]).into());
            }
        });
    }
}

/// What the order and the reach of the sliders follow.
fn facts(ui: &mut Ui, effects: Option<&DimensionEffects>, by_kl: bool) {
    let order = tr(match (by_kl, effects) {
        (true, _) => "latent.by_kl",
        (false, Some(_)) => "latent.by_effect",
        (false, None) => "latent.by_number",
    });
    let words = match effects {
        Some(effects) => {
            let change = format!("{:.1} %", 100.0 * effects.random);
            let (draws, step) = (whole(effects.draws as u64), whole(effects.step));
            format!("{order} · {}", t!("latent.measured", change = change, places = draws, step = step))
        }
        None => format!("{order} · {}", tr("latent.measuring")),
    };
    ui.add(Label::new(theme::note(ui, words)).wrap()).on_hover_text(tr("latent.measured_tip"));
}
