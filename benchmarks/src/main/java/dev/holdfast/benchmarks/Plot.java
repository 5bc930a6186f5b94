package dev.holdfast.benchmarks;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Lines over a grid, as a PNG: what a report shows where a curve says more than a number. */
public final class Plot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 520;
    private static final int LEFT = 90;
    private static final int RIGHT = 30;
    private static final int TOP = 60;
    private static final int BOTTOM = 70;
    private static final Color[] COLOURS = {
        new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c), new Color(0xff7f0e), new Color(0x9467bd)
    };

    private final String title;
    private final List<Line> lines = new ArrayList<>();
    private String across = "";
    private String up = "";
    private boolean logAcross;
    private boolean logUp;

    private static final class Line {
        final String name;
        final double[] x;
        final double[] y;

        Line(String name, double[] x, double[] y) {
            this.name = name;
            this.x = x.clone();
            this.y = y.clone();
        }
    }

    Plot(String title) {
        this.title = title;
    }

    /**
     * Names the horizontal axis.
     *
     * @param label its label
     * @param logarithmic whether its steps are factors
     * @return this plot
     */
    public Plot across(String label, boolean logarithmic) {
        this.across = label;
        this.logAcross = logarithmic;
        return this;
    }

    /**
     * Names the vertical axis.
     *
     * @param label its label
     * @param logarithmic whether its steps are factors
     * @return this plot
     */
    public Plot up(String label, boolean logarithmic) {
        this.up = label;
        this.logUp = logarithmic;
        return this;
    }

    /**
     * Adds a line. Points that a logarithmic axis cannot show are left out.
     *
     * @param name for the legend
     * @param x positions
     * @param y values, as many as positions
     * @return this plot
     */
    public Plot line(String name, double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(name + " has " + x.length + " positions and " + y.length + " values");
        }
        lines.add(new Line(name, x, y));
        return this;
    }

    Path write(Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, WIDTH, HEIGHT);
            draw(g);
        } finally {
            g.dispose();
        }
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private void draw(Graphics2D g) {
        Axis horizontal = Axis.over(lines.stream().map(line -> line.x).toList(), logAcross);
        Axis vertical = Axis.over(lines.stream().map(line -> line.y).toList(), logUp);
        g.setColor(Color.DARK_GRAY);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
        g.drawString(title, LEFT, 28);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        g.drawString(across, (LEFT + WIDTH - RIGHT - g.getFontMetrics().stringWidth(across)) / 2, HEIGHT - 20);
        g.drawString(up, 10, TOP - 10);
        for (double tick : horizontal.ticks()) {
            int x = column(horizontal.part(tick));
            grid(g, x, TOP, x, HEIGHT - BOTTOM);
            String label = Report.number(tick);
            g.drawString(label, x - g.getFontMetrics().stringWidth(label) / 2, HEIGHT - BOTTOM + 18);
        }
        for (double tick : vertical.ticks()) {
            int y = row(vertical.part(tick));
            grid(g, LEFT, y, WIDTH - RIGHT, y);
            String label = Report.number(tick);
            g.drawString(label, LEFT - 8 - g.getFontMetrics().stringWidth(label), y + 4);
        }
        for (int i = 0; i < lines.size(); i++) {
            g.setColor(COLOURS[i % COLOURS.length]);
            drawLine(g, lines.get(i), horizontal, vertical);
            g.fillRect(LEFT + 10 + 180 * i, TOP - 24, 14, 4);
            g.drawString(lines.get(i).name, LEFT + 30 + 180 * i, TOP - 16);
        }
    }

    private static void grid(Graphics2D g, int x1, int y1, int x2, int y2) {
        g.setColor(new Color(0xdddddd));
        g.drawLine(x1, y1, x2, y2);
        g.setColor(Color.DARK_GRAY);
    }

    private static void drawLine(Graphics2D g, Line line, Axis horizontal, Axis vertical) {
        g.setStroke(new BasicStroke(2f));
        int lastX = -1;
        int lastY = -1;
        for (int i = 0; i < line.x.length; i++) {
            if (!horizontal.shows(line.x[i]) || !vertical.shows(line.y[i])) {
                continue;
            }
            int x = column(horizontal.part(line.x[i]));
            int y = row(vertical.part(line.y[i]));
            if (lastX >= 0) {
                g.drawLine(lastX, lastY, x, y);
            }
            g.fillOval(x - 3, y - 3, 6, 6);
            lastX = x;
            lastY = y;
        }
        g.setStroke(new BasicStroke(1f));
    }

    private static int column(double part) {
        return (int) Math.round(LEFT + part * (WIDTH - LEFT - RIGHT));
    }

    private static int row(double part) {
        return (int) Math.round(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM));
    }

    /** One axis: from its smallest to its largest tick. A plain axis of non-negative values starts at zero. */
    record Axis(double from, double to, boolean logarithmic) {

        static Axis over(List<double[]> values, boolean logarithmic) {
            double min = Double.POSITIVE_INFINITY;
            double max = Double.NEGATIVE_INFINITY;
            for (double[] some : values) {
                for (double value : some) {
                    if (Double.isFinite(value) && (!logarithmic || value > 0)) {
                        min = Math.min(min, value);
                        max = Math.max(max, value);
                    }
                }
            }
            if (min > max) {
                return new Axis(logarithmic ? 1 : 0, logarithmic ? 10 : 1, logarithmic);
            }
            if (logarithmic) {
                double low = Math.pow(10, Math.floor(Math.log10(min)));
                double high = Math.pow(10, Math.ceil(Math.log10(max)));
                return new Axis(low, high > low ? high : low * 10, true);
            }
            double low = Math.min(0, min);
            double step = step(low, max);
            double high = Math.ceil(max / step) * step;
            return new Axis(Math.floor(low / step) * step, high > low ? high : low + 1, false);
        }

        boolean shows(double value) {
            return Double.isFinite(value) && (!logarithmic || value > 0);
        }

        double part(double value) {
            return logarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
        }

        double[] ticks() {
            List<Double> ticks = new ArrayList<>();
            if (logarithmic) {
                for (double tick = from; tick <= to * 1.001; tick *= 10) {
                    ticks.add(tick);
                }
            } else {
                double step = step(from, to);
                for (double tick = from; tick <= to + step / 1000; tick += step) {
                    ticks.add(tick);
                }
            }
            return ticks.stream().mapToDouble(Double::doubleValue).toArray();
        }

        private static double step(double from, double to) {
            double raw = Math.max(to - from, 1e-9) / 6;
            double magnitude = Math.pow(10, Math.floor(Math.log10(raw)));
            double lead = raw / magnitude;
            return magnitude * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
        }
    }
}
