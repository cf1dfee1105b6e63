//! QR codes (ISO/IEC 18004) of short texts, as PNG for screens and SVG for paper.

use png::{BitDepth, ColorType, Encoder};
use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

use super::problem::{Error, Result};

/// Light modules around the code, without which readers do not find it.
const QUIET: usize = 4;

/// Rows of modules, quiet zone and all; `true` is dark. A quarter of it may be torn or dirty.
fn modules(text: &str) -> Result<Vec<Vec<bool>>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q).map_err(Error::internal)?;
    let width = code.width();
    let blank = || vec![false; width + 2 * QUIET];
    let rows = code.to_colors();
    let rows = rows.chunks(width.max(1)).map(|row| {
        let dark = row.iter().map(|module| *module == Color::Dark);
        let quiet = || std::iter::repeat_n(false, QUIET);
        quiet().chain(dark).chain(quiet()).collect()
    });
    let quiet = || std::iter::repeat_with(blank).take(QUIET);
    Ok(quiet().chain(rows).chain(quiet()).collect())
}

/// `scale`: how many pixels wide a module is.
pub fn qr_png(text: &str, scale: usize) -> Result<Vec<u8>> {
    let modules = modules(text)?;
    let side = u32::try_from(modules.len() * scale).map_err(Error::internal)?;
    let mut pixels = Vec::new();
    for row in &modules {
        let line = row
            .iter()
            .flat_map(|dark| std::iter::repeat_n(if *dark { 0 } else { 255 }, scale));
        let line = line.collect::<Vec<u8>>();
        (0..scale).for_each(|_| pixels.extend_from_slice(&line));
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(Error::internal)?;
    writer.write_image_data(&pixels).map_err(Error::internal)?;
    writer.finish().map_err(Error::internal)?;
    Ok(bytes)
}

pub fn qr_svg(text: &str) -> Result<String> {
    let modules = modules(text)?;
    let side = modules.len();
    let dark = modules.iter().enumerate().flat_map(|(y, row)| {
        let dark = row.iter().enumerate().filter(|(_, dark)| **dark);
        dark.map(move |(x, _)| format!("M{x} {y}h1v1h-1z"))
    });
    let path = dark.collect::<String>();
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}
