//! Plot of an energy trial: energy per sample over time, with a vertical line per time stamp.

use plotters::prelude::*;

/// Size of the plot in pixels.
const SIZE: (u32, u32) = (640, 480);

/// Plots a trial as PNG; returns no bytes if that fails.
pub fn trial(samples: &[f64], stamps: &[usize]) -> Vec<u8> {
    let mut pixels = vec![0; (SIZE.0 * SIZE.1 * 3) as usize];
    if draw(&mut pixels, samples, stamps).is_err() {
        return Vec::new();
    }
    encode(&pixels).unwrap_or_default()
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

fn draw(pixels: &mut [u8], samples: &[f64], stamps: &[usize]) -> Result<(), Box<dyn std::error::Error>> {
    let root = BitMapBackend::with_buffer(pixels, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let highest = samples.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let seconds = samples.len() as f64 / 1000.0;
    let mut chart =
        ChartBuilder::on(&root).margin(30).build_cartesian_2d(0.0..seconds.max(0.001), 0.0..highest * 1.05)?;
    let time = |index: usize| index as f64 / 1000.0;
    chart.draw_series(LineSeries::new(
        samples.iter().enumerate().map(|(index, sample)| (time(index), *sample)),
        &BLUE,
    ))?;
    for stamp in stamps {
        chart.draw_series(LineSeries::new([(time(*stamp), 0.0), (time(*stamp), highest)], &RED))?;
    }
    root.present()?;
    Ok(())
}
